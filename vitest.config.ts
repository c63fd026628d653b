import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // Node loads the code itself, exactly as in production: no bundler in between.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    maxWorkers: 2,
    // Real sound, browsers and sockets: on a busy machine one of 2,300 may come too late. What needs a second try is shown.
    retry: 1,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    reporters: ['default', 'test/support/closing-line.ts'],
  },
});
