// Starts the scheduler of the compiled library where one of its peers is not installed, and tells the error:
// node without-peers.mjs <folder of the library> <peer>
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import 'reflect-metadata';

const [library, missing] = process.argv.slice(2);
registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== missing) return next(specifier, context);
    throw Object.assign(new Error(`Cannot find package '${missing}'`), { code: 'ERR_MODULE_NOT_FOUND' });
  },
});
const load = (path) => import(pathToFileURL(join(library, path)).href);
const { EventFlowJobsModule } = await load('index.js');
const { bullMqScheduler } = await load('schedulers/bullmq/index.js');
const { NestFactory } = await import('@nestjs/core');
const { CqrsModule } = await import('@nestjs/cqrs');
const scheduler = bullMqScheduler({ connection: 'redis://127.0.0.1:1' });
class AppModule {}
const imports = [CqrsModule.forRoot(), EventFlowJobsModule.forRoot({ scheduler })];
try {
  const app = await NestFactory.createApplicationContext(
    { module: AppModule, imports },
    { logger: false, abortOnError: false },
  );
  await app.close();
} catch (error) {
  process.stdout.write(`${error.constructor.name}: ${error.message}`);
}
process.exit();
