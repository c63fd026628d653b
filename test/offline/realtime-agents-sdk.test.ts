import { OpenAIRealtimeWebSocket, RealtimeAgent, type RealtimeItem, RealtimeSession } from '@openai/agents-realtime';
import { expect, it } from 'vitest';
import { startScriptedUpstream } from '../support/scripted-upstream.ts';
import { silence, speechSamples } from './realtime-client.ts';

it('talks with OpenAI’s own agents SDK', async () => {
  await using upstream = await startScriptedUpstream();
  const model = 'gpt-realtime-2.1';
  const transport = new OpenAIRealtimeWebSocket({
    url: `${upstream.url.replace('http', 'ws')}/realtime?model=${model}`,
  });
  const agent = new RealtimeAgent({ name: 'Interviewer', instructions: 'Interview the candidate.' });
  const session = new RealtimeSession(agent, { transport, model });
  const errors: unknown[] = [];
  const audio: ArrayBuffer[] = [];
  let done = Promise.withResolvers<void>();
  session.on('error', (error) => errors.push(error));
  session.on('audio', ({ data }) => audio.push(data));
  session.on('agent_end', () => done.resolve());
  try {
    await session.connect({ apiKey: upstream.apiKey });
    session.sendMessage('Hello, I ran a small bakery in Graz.');
    await done.promise;
    expect(Buffer.concat(audio.map((piece) => new Uint8Array(piece))).length).toBeGreaterThan(48_000);

    done = Promise.withResolvers<void>();
    const samples = await speechSamples(upstream, 'I learned to bake bread with four colleagues.');
    const spoken = Int16Array.from([...samples, ...silence(2)]);
    session.sendAudio(spoken.buffer);
    await done.promise;
    const texts = () =>
      session.history.flatMap((item: RealtimeItem) =>
        item.type === 'message'
          ? [[item.role, item.content.map((part) => ('text' in part ? part.text : Object(part).transcript)).join('')]]
          : [],
      );
    await expect
      .poll(() => texts())
      .toEqual([
        ['user', 'Hello, I ran a small bakery in Graz.'],
        ['assistant', expect.stringContaining('bakery in Graz')],
        ['user', 'I learned to bake bread with four colleagues.'],
        ['assistant', expect.stringContaining('four colleagues')],
      ]);
    expect(errors).toEqual([]);
  } finally {
    session.close();
  }
});
