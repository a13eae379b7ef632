// #region scheduler
import { bullMqScheduler } from 'nestjs-eventflow-jobs/bullmq';

export default bullMqScheduler({
  connection: { host: 'redis.example.com', port: 6380, tls: { servername: 'redis.internal' } },
  prefix: '{shop}',
});
// #endregion
