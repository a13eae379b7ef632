/** A request that is refused, with the status that says so. Its text is for whoever sent it. */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    name: string,
    message: string,
  ) {
    super(message);
    this.name = name;
  }

  static invalid(message: string): RequestError {
    return new RequestError(400, 'InvalidRequestError', message);
  }

  static notFound(message: string): RequestError {
    return new RequestError(404, 'NotFoundError', message);
  }

  static conflict(message: string): RequestError {
    return new RequestError(409, 'ConflictError', message);
  }

  static forbidden(message: string): RequestError {
    return new RequestError(403, 'ForbiddenError', message);
  }
}
