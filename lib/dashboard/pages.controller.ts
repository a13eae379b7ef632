import { Get, Inject, Req, Res } from '@nestjs/common';
import { type HttpReply, type HttpRequest, urlOf } from './http.js';
import { HASHED, redirect, sendFile, sendPage } from './page-answers.js';
import { UiFiles } from './ui-files.js';

/** The page, and what belongs to it. */
export class PagesController {
  constructor(@Inject(UiFiles) private readonly files: UiFiles) {}

  @Get()
  async page(@Req() request: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    const { pathname, search } = urlOf(request);
    if (pathname.endsWith('/')) return sendPage(reply, this.files);
    // The page asks for what belongs to it relative to itself: so it works below any prefix of a proxy.
    const last = pathname.slice(pathname.lastIndexOf('/') + 1);
    redirect(reply, `./${last}/${search}`);
  }

  @Get('assets/:file')
  asset(@Req() { params }: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    return sendFile(reply, this.files, `${HASHED}${String(params.file)}`);
  }

  @Get(':file')
  file(@Req() { params }: HttpRequest, @Res() reply: HttpReply): Promise<void> {
    // The router of Fastify takes a path that ends in a slash for a file without a name.
    if (!params.file) return sendPage(reply, this.files);
    return sendFile(reply, this.files, String(params.file));
  }
}
