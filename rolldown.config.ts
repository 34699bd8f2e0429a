import { defineConfig } from 'rolldown'

// One small entry, and a chunk for every command and platform: only what a command uses is loaded.
export default defineConfig({
  input: { main: 'src/cli/main.ts' },
  platform: 'node',
  output: {
    dir: 'dist',
    format: 'esm',
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
  },
})
