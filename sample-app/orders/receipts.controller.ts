import { Body, ConflictException, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { JobScheduler, PublishCommandJob } from 'nestjs-eventflow-jobs';
import { type ScheduledAnswer, scheduledAnswer } from '../scheduled.answer.js';
import { SendReceiptCommand } from './commands/send-receipt.command.js';
import { OrderRepository } from './order.repository.js';
import { type ReceiptRequest, receiptRequest } from './order.requests.js';

@Controller('orders/:id/receipt')
export class ReceiptsController {
  constructor(
    private readonly orders: OrderRepository,
    private readonly scheduler: JobScheduler,
  ) {}

  @Post()
  @HttpCode(202)
  async send(
    @Param('id') id: string,
    @Body({ schema: receiptRequest }) { when }: ReceiptRequest,
  ): Promise<ScheduledAnswer> {
    const { status, customerEmail, total } = await this.orders.get(id);
    if (status !== 'paid') throw new ConflictException(`Order ${id} gets no receipt: it is not paid`);
    const job = PublishCommandJob.create(new SendReceiptCommand(id, customerEmail, total));
    return scheduledAnswer(this.scheduler, await this.scheduler.schedule(job, when));
  }
}
