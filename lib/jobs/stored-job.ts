/**
 * A job as it is stored: what any scheduler keeps of it, and all it takes to make it again.
 *
 * @publicApi
 */
export interface StoredJob {
  readonly name: string;
  readonly version: number;
  /** The fields, as text of the payload serializer. */
  readonly data: string;
  /** For a `PublishCommand`: the command it holds. */
  readonly command?: { readonly name: string; readonly version: number };
}
