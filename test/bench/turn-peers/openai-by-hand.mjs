/** The `openai` package by hand, streamed everywhere: each sentence is spoken as soon as it is written. */
import OpenAI, { toFile } from 'openai';
import { apiKey, baseURL, createMemory, models, sentences, serve, system } from './route.mjs';

const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });

async function* deltas(stream, keep) {
  for await (const chunk of stream) {
    const delta = chunk.choices[0]?.delta?.content;
    if (!delta) continue;
    keep(delta);
    yield delta;
  }
}

serve(async () => {
  const memory = createMemory();
  return {
    async turn(recording, write) {
      const file = await toFile(recording, 'recording.wav', { type: 'audio/wav' });
      const { text } = await client.audio.transcriptions.create({ file, model: models.transcribe });
      const stream = await client.chat.completions.create({
        model: models.chat,
        stream: true,
        messages: [{ role: 'system', content: system }, ...memory.with(text)],
      });
      let reply = '';
      let spoken = Promise.resolve();
      const keep = (delta) => {
        reply += delta;
      };
      for await (const input of sentences(deltas(stream, keep))) {
        const speech = client.audio.speech.create({ input, model: models.speak, voice: models.voice });
        spoken = spoken.then(async () => {
          for await (const chunk of (await speech).body) write(chunk);
        });
        // Whoever awaits the last one hears of it.
        spoken.catch(() => {});
      }
      await spoken;
      memory.add(reply);
    },
    async close() {},
  };
});
