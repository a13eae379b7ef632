import { describeFaults } from './support/faults.js';

await describeFaults('pg-boss');
