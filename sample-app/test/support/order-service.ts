import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { EventBus, ofType } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import {
  CommandScheduler,
  type Duration,
  type IdOrKey,
  JobScheduler,
  type JobState,
} from 'nestjs-eventflow-jobs';
import { expect, onTestFinished, vi } from 'vitest';
import { AppModule } from '../../app.module.js';
import { DATABASE, type Database } from '../../database/database.js';
import { DatabaseConfig } from '../../database/database.config.js';
import { MessageLog } from '../../messages/message.log.js';
import { Mailer } from '../../orders/mailer.js';
import { OrderCancelledEvent } from '../../orders/order.events.js';
import { OrderRepository } from '../../orders/order.repository.js';
import type { OrderView } from '../../orders/order.view.js';
import { OrdersConfig } from '../../orders/orders.config.js';
import { paymentDeadlineKey } from '../../orders/payment-deadline.key.js';
import { UnitOfWork } from '../../orders/unit-of-work.js';
import { RedisConfig } from '../../redis/redis.config.js';
import { HttpClient } from './http.client.js';
import { Recording } from './recording.js';
import { type Storage, newStorage } from './storage.js';

export const orderRequest = {
  customerEmail: 'ada@example.com',
  items: [{ sku: 'book', quantity: 2, price: 12.5 }],
};

/** Starts the app on a free port and a new database, with records in place of what it tells the world. It ends with the test. */
export async function startOrderService({
  paymentTerm = '1 minute',
  storage: given,
}: { paymentTerm?: Duration; storage?: Storage } = {}) {
  const mails = new Recording<{ to: string; text: string }>();
  const messages = new Recording<string>();
  const storage = given ?? (await newStorage());
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(DatabaseConfig)
    .useValue(storage.config)
    .overrideProvider(RedisConfig)
    .useValue(storage.redis)
    .overrideProvider(OrdersConfig)
    .useValue({ paymentTerm })
    .overrideProvider(Mailer)
    .useValue({ send: async (to: string, text: string) => mails.add({ to, text }) })
    .overrideProvider(MessageLog)
    .useValue({ write: (message: string) => messages.add(message) })
    .compile();
  const app = module.createNestApplication<INestApplication<Server>>({ logger: false });
  onTestFinished(() => app.close());
  await app.listen(0);
  return new OrderService(app, storage, mails, messages);
}

export class OrderService {
  readonly url: string;
  readonly http: HttpClient;
  readonly events: EventBus;
  readonly commands: CommandScheduler;
  readonly scheduler: JobScheduler;
  readonly orders: OrderRepository;
  readonly unitOfWork: UnitOfWork;
  readonly cancellations = new Recording<OrderCancelledEvent>();

  constructor(
    private readonly app: INestApplication<Server>,
    private readonly storage: Storage,
    readonly mails: Recording<{ to: string; text: string }>,
    readonly messages: Recording<string>,
  ) {
    this.url = `http://localhost:${(app.getHttpServer().address() as AddressInfo).port}`;
    this.http = new HttpClient(this.url);
    this.events = app.get(EventBus, { strict: false });
    this.commands = app.get(CommandScheduler, { strict: false });
    this.scheduler = app.get(JobScheduler, { strict: false });
    this.orders = app.get(OrderRepository, { strict: false });
    this.unitOfWork = app.get(UnitOfWork, { strict: false });
    this.events.pipe(ofType(OrderCancelledEvent)).subscribe((event) => this.cancellations.add(event));
  }

  async place(): Promise<OrderView> {
    const { status, body } = await this.http.post<OrderView>('/orders', orderRequest);
    expect(status).toBe(201);
    return body;
  }

  async pay(orderId: string): Promise<OrderView> {
    const { status, body } = await this.http.post<OrderView>(`/orders/${orderId}/pay`);
    expect(status).toBe(200);
    return body;
  }

  async statusOf(orderId: string): Promise<string> {
    return (await this.http.get<OrderView>(`/orders/${orderId}`)).body.status;
  }

  allOrders(): Promise<unknown[]> {
    return this.storage.allOrders(this.database);
  }

  /** From now on no new order can be committed. */
  refuseCommits(): Promise<void> {
    return this.storage.refuseCommits(this.database);
  }

  someoneWaits(): Promise<boolean> {
    return this.storage.someoneWaits(this.database);
  }

  /** The scheduled entry; waits until it is in that state. */
  entry(idOrKey: IdOrKey, state: JobState) {
    return vi.waitFor(
      async () => {
        const entry = await this.scheduler.get(idOrKey);
        expect(entry?.state).toBe(state);
        return entry!;
      },
      { timeout: 10_000, interval: 5 },
    );
  }

  deadlineOf(orderId: string, state: JobState) {
    return this.entry({ key: paymentDeadlineKey(orderId) }, state);
  }

  private get database(): Database {
    return this.app.get<Database>(DATABASE, { strict: false });
  }
}
