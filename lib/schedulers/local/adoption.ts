import type { JobId } from '../../jobs/job-id.js';
import type { Adoption, StoredEntry } from '../../scheduling/stored-entry.js';

/** What a store is asked for an entry that is to be taken over. */
interface Adopter {
  readonly isKnown: (id: JobId) => boolean;
  readonly holderOf: (key: string) => JobId | undefined;
  readonly add: (entry: StoredEntry) => void;
}

/** Takes over, one after the other, what is not there and whose key nobody holds. */
export function adopt(entries: readonly StoredEntry[], { isKnown, holderOf, add }: Adopter): Adoption {
  const adopted: JobId[] = [];
  const known: JobId[] = [];
  const conflicts: Adoption['conflicts'][number][] = [];
  for (const entry of entries) {
    const { id, key, holdsKey } = entry;
    if (isKnown(id)) {
      known.push(id);
      continue;
    }
    const holder = key !== undefined && holdsKey ? holderOf(key) : undefined;
    if (key !== undefined && holder !== undefined) {
      conflicts.push({ id, key, holder });
      continue;
    }
    add(entry);
    adopted.push(id);
  }
  return { adopted, known, conflicts };
}
