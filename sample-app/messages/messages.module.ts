import { Module } from '@nestjs/common';
import { MessageLog } from './message.log.js';
import { MessagesController } from './messages.controller.js';

@Module({ controllers: [MessagesController], providers: [MessageLog] })
export class MessagesModule {}
