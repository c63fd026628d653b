/** The Vercel AI SDK: `transcribe`, `streamText`, and `generateSpeech` for each sentence. */
import { createOpenAI } from '@ai-sdk/openai';
import { generateSpeech, streamText, transcribe } from 'ai';
import { apiKey, baseURL, createMemory, models, sentences, serve, system } from './route.mjs';

const openai = createOpenAI({ baseURL, apiKey });

serve(async () => {
  const memory = createMemory();
  return {
    async turn(recording, write) {
      const { text } = await transcribe({ model: openai.transcription(models.transcribe), audio: recording });
      const result = streamText({ model: openai.chat(models.chat), instructions: system, messages: memory.with(text) });
      let spoken = Promise.resolve();
      for await (const sentence of sentences(result.textStream)) {
        const speech = generateSpeech({ model: openai.speech(models.speak), text: sentence, voice: models.voice });
        spoken = spoken.then(async () => {
          write((await speech).audio.uint8Array);
        });
        // Whoever awaits the last one hears of it.
        spoken.catch(() => {});
      }
      await spoken;
      memory.add(await result.text);
    },
    async close() {},
  };
});
