interface StandardSchema {
  readonly '~standard': {
    validate(value: unknown): StandardResult | Promise<StandardResult>;
  };
}
interface StandardResult {
  readonly issues?: readonly { readonly message: string; readonly path?: readonly unknown[] }[];
}

export interface SchemaIssue {
  readonly path: string;
  readonly message: string;
}

/** What a [Standard Schema](https://standardschema.dev/schema) has against a value; `undefined` where nothing. */
export async function schemaIssues(
  schema: object | undefined,
  value: unknown,
): Promise<SchemaIssue[] | undefined> {
  if (schema === undefined) return undefined;
  const { issues } = await (schema as StandardSchema)['~standard'].validate(value);
  return issues?.map(({ message, path }) => ({ message, path: pathText(path ?? []) }));
}

function pathText(segments: readonly unknown[]): string {
  return segments
    .map((segment) =>
      typeof segment === 'object' && segment !== null ? (segment as { key: unknown }).key : segment,
    )
    .reduce<string>(
      (path, key) =>
        typeof key === 'number' ? `${path}[${key}]` : `${path}${path ? '.' : ''}${String(key)}`,
      '',
    );
}
