import { Get, Inject, Res } from '@nestjs/common';
import type { HttpReply } from './http.js';
import { answerJson } from './json-answers.js';
import { LiveEvents } from './live-events.js';
import { Overview } from './overview.js';
import { RATE_STEP, Rates } from './rates.js';

/** What happens now. */
export class LiveController {
  constructor(
    @Inject(Overview) private readonly overview: Overview,
    @Inject(Rates) private readonly rates: Rates,
    @Inject(LiveEvents) private readonly live: LiveEvents,
  ) {}

  @Get('api/overview')
  look(@Res() reply: HttpReply): Promise<void> {
    return answerJson(reply, async () => ({
      ...(await this.overview.read()),
      rates: { step: RATE_STEP, points: this.rates.points() },
    }));
  }

  /** Not one of Nest's own streams, which pass through the app's interceptors. */
  @Get('api/events')
  async events(@Res() reply: HttpReply): Promise<void> {
    if (!this.live.open(reply)) await answerJson(reply, () => this.live.refuse());
  }
}
