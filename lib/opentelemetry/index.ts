export { OpenTelemetryJobInterceptor } from './open-telemetry-job.interceptor.js';
export type { OpenTelemetryJobOptions } from './open-telemetry-job.options.js';
