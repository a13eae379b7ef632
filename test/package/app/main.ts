import 'reflect-metadata';
import { Controller, type INestApplicationContext, Module, Param, Post } from '@nestjs/common';
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import { CommandHandler, CqrsModule, type ICommandHandler } from '@nestjs/cqrs';
import { CommandScheduler, EventFlowJobsModule, type JobId } from 'nestjs-eventflow-jobs';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';

// A user's app, compiled against the installed package: node main.js PLATFORM FILE
const [platform = 'none', file = 'jobs.db'] = process.argv.slice(2);

class GreetCommand {
  constructor(
    readonly name: string,
    readonly since: Date,
  ) {}
}

let greet: (command: GreetCommand) => void;
const greeted = new Promise<GreetCommand>((resolve) => (greet = resolve));

@CommandHandler(GreetCommand)
class GreetHandler implements ICommandHandler<GreetCommand> {
  execute(command: GreetCommand): Promise<void> {
    greet(command);
    return Promise.resolve();
  }
}

@Controller('greetings')
class GreetingsController {
  constructor(private readonly commands: CommandScheduler) {}

  @Post(':name')
  greet(@Param('name') name: string): Promise<JobId> {
    return this.commands.schedule(new GreetCommand(name, new Date(0)), '10ms');
  }
}

@Module({
  imports: [CqrsModule.forRoot(), EventFlowJobsModule.forRoot({ scheduler: sqliteScheduler({ file }) })],
  controllers: [GreetingsController],
  providers: [GreetHandler],
})
class AppModule {}

async function main(): Promise<void> {
  const app = await (platform === 'none' ? withoutHttp() : withHttp());
  const command = await greeted;
  await app.close();
  const { name, since } = command;
  const isItself = command instanceof GreetCommand && since instanceof Date;
  process.stdout.write(`${JSON.stringify({ node: process.version, name, isItself })}\n`);
}

async function withoutHttp(): Promise<INestApplicationContext> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
  await app.get(GreetingsController).greet('Ada');
  return app;
}

async function withHttp(): Promise<INestApplicationContext> {
  const app = await NestFactory.create(AppModule, await adapter(), { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const answer = await fetch(`${await app.getUrl()}/greetings/Ada`, { method: 'POST' });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
  return app;
}

async function adapter(): Promise<AbstractHttpAdapter> {
  // By a name that the compiler does not know: it is not installed beside each Nest.
  const module = (await import(`@nestjs/platform-${platform}`)) as Record<
    string,
    new () => AbstractHttpAdapter
  >;
  return platform === 'fastify' ? new module.FastifyAdapter!() : new module.ExpressAdapter!();
}

void main();
