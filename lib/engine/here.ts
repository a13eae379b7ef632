/** The id of the worker of a store that only this process sees. */
export const HERE = 'here';
