import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { PayOrderCommand } from './commands/pay-order.command.js';
import { PlaceOrderCommand } from './commands/place-order.command.js';
import { OrderRepository } from './order.repository.js';
import { type PlaceOrderRequest, placeOrderRequest } from './order.requests.js';
import { type OrderView, viewOf } from './order.view.js';

@Controller('orders')
export class OrdersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly orders: OrderRepository,
  ) {}

  @Post()
  async place(@Body({ schema: placeOrderRequest }) request: PlaceOrderRequest): Promise<OrderView> {
    return viewOf(await this.commands.execute(new PlaceOrderCommand(request.customerEmail, request.items)));
  }

  @Get(':id')
  async find(@Param('id') id: string): Promise<OrderView> {
    return viewOf(await this.orders.get(id));
  }

  @Post(':id/pay')
  @HttpCode(200)
  async pay(@Param('id') id: string): Promise<OrderView> {
    return viewOf(await this.commands.execute(new PayOrderCommand(id)));
  }
}
