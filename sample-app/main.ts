import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type INestApplication, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventBus } from '@nestjs/cqrs';
import { AppModule } from './app.module.js';
import { runDemo } from './demo.js';
import { OrdersConfig } from './orders/orders.config.js';
import { isPortFree } from './port.js';
import { logWhatToTry } from './try-it.js';

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create<INestApplication<Server>>(AppModule);
  app.enableShutdownHooks();
  const url = `http://localhost:${await listen(app, Number(process.env.PORT ?? 3000))}`;
  new Logger('Bootstrap').log(`Listening on ${url}`);
  if (process.env.DEMO === 'off') return;
  const paidOrder = await runDemo(url, app.get(EventBus, { strict: false }));
  logWhatToTry(url, paidOrder.id, app.get(OrdersConfig, { strict: false }).paymentTerm);
}

/** Listens on this port, or on a free one where it is taken; returns which. */
async function listen(app: INestApplication<Server>, port: number): Promise<number> {
  const free = await isPortFree(port);
  if (!free) new Logger('Bootstrap').warn(`Port ${port} is taken, so a free one is used`);
  await app.listen(free ? port : 0);
  return (app.getHttpServer().address() as AddressInfo).port;
}

await bootstrap();
