import type { IncomingMessage } from 'node:http';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

/** Lets those in who sit at this machine. Behind a proxy that would be everybody: there, ask who it is. */
@Injectable()
export class OnlyFromHereGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { socket } = context.switchToHttp().getRequest<IncomingMessage>();
    return LOOPBACK.test(socket.remoteAddress ?? '');
  }
}
