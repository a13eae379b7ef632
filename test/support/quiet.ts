import { Logger } from '@nestjs/common';

// What the library logs is asserted where it matters; elsewhere it would only bury a failure.
Logger.overrideLogger(false);
