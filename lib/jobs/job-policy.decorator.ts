import 'reflect-metadata';
import type { JobPolicyOptions } from './job-policy.js';

const JOB_POLICY = 'eventflow-jobs:policy';

/**
 * Says how entries of this job or command class are run: attempts, backoff, timeout, queue, priority. It holds for
 * this class alone. Options of a single call win over it. `attempts`, `queue` and `priority` are fixed when an entry
 * is scheduled; `backoff` and `timeout` are those of the class that runs it.
 *
 * @publicApi
 */
export function JobPolicy(options: JobPolicyOptions): ClassDecorator {
  return (target) => Reflect.defineMetadata(JOB_POLICY, options, target);
}

export function declaredPolicy(type: object): JobPolicyOptions | undefined {
  return Reflect.getOwnMetadata(JOB_POLICY, type) as JobPolicyOptions | undefined;
}
