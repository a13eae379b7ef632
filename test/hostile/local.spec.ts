import { inProcessScheduler, instantScheduler } from 'nestjs-eventflow-jobs';
import { TestJobScheduler } from 'nestjs-eventflow-jobs/testing';
import { hostileInput } from './hostile-input.js';

hostileInput({ name: 'instantScheduler()', scheduler: async () => instantScheduler() });
hostileInput({ name: 'inProcessScheduler()', runs: 150, scheduler: async () => inProcessScheduler() });
hostileInput({ name: 'TestJobScheduler', scheduler: async () => TestJobScheduler });
