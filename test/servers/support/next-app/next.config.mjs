/** The packages are links to the workspace: Turbopack resolves files below its root only. */
export default {
  serverExternalPackages: ['@spanline/core', '@spanline/next', 'pino'],
  turbopack: { root: process.env.WORKSPACE },
  outputFileTracingRoot: process.env.WORKSPACE,
};
