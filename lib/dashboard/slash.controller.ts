import { Get, Inject, Res, type Type } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { HttpReply } from './http.js';
import { sendPage } from './page-answers.js';
import { UiFiles } from './ui-files.js';

interface FastifyConfig {
  readonly ignoreTrailingSlash?: boolean;
  readonly routerOptions?: { readonly ignoreTrailingSlash?: boolean };
}

/** `/jobs/` beside `/jobs`. It has no route until {@link openSlash} gives it one: a class of its own for each dashboard. */
export function slashController(): Type {
  class SlashController {
    constructor(@Inject(UiFiles) private readonly files: UiFiles) {}

    page(@Res() reply: HttpReply): Promise<void> {
      return sendPage(reply, this.files);
    }
  }
  return SlashController;
}

/** Fastify tells `/jobs/` from `/jobs`, unless it is told not to, and then refuses to have both. Express never does. */
export function openSlash({ prototype }: Type, adapter: AbstractHttpAdapter | undefined): void {
  if (adapter?.getType() !== 'fastify') return;
  const { initialConfig } = adapter.getInstance<{ initialConfig?: FastifyConfig }>();
  if (initialConfig?.ignoreTrailingSlash || initialConfig?.routerOptions?.ignoreTrailingSlash) return;
  const page = Object.getOwnPropertyDescriptor(prototype, 'page')!;
  Get('//')(prototype as object, 'page', page); // Nest takes one of them away
}
