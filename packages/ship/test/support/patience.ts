/** How long a test waits for what must come: a busy machine takes its time. */
export const PATIENT: { timeout: number; interval: number } = { timeout: 8000, interval: 10 };
