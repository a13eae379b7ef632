import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { JobsDashboardModule } from 'nestjs-eventflow-jobs/dashboard';
import { HealthController } from './health.controller.js';
import { OnlyFromHereGuard } from './only-from-here.guard.js';

/** For those who run the app: what is scheduled, to be seen and steered, and whether all is well. */
@Module({
  imports: [
    TerminusModule,
    JobsDashboardModule.forRoot({ path: '/jobs', guards: [OnlyFromHereGuard], payloads: true }),
  ],
  controllers: [HealthController],
})
export class OperationsModule {}
