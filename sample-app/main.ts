import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { type INestApplication, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventBus } from '@nestjs/cqrs';
import { AppModule } from './app.module.js';
import { runDemo } from './demo.js';
import { OrdersConfig } from './orders/orders.config.js';
import { logWhatToTry } from './try-it.js';

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  app.enableShutdownHooks();
  const port = await listen(app, Number(process.env.PORT ?? 3000));
  const url = `http://localhost:${port}`;
  const paid = await runDemo(url, app.get(EventBus, { strict: false }));
  logWhatToTry(url, paid.id, app.get(OrdersConfig, { strict: false }).paymentTerm);
}

/** On a free port where this one is taken; returns the one that it is. */
async function listen(app: INestApplication<Server>, port: number): Promise<number> {
  try {
    await app.listen(port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    new Logger('Bootstrap').warn(`Port ${port} is taken, so a free one is used`);
    await app.listen(0);
  }
  return (app.getHttpServer().address() as AddressInfo).port;
}

await bootstrap();
