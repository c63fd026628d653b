import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createModelCatalogue } from '../../src/models/catalogue.ts';
import { createOpenAiClients } from '../../src/models/model-server.ts';
import {
  accessTo,
  failure,
  json,
  modelNotFound,
  models,
  type ScriptedServer,
  silence,
  startScriptedServer,
} from './support/scripted-server.ts';

let upstream: ScriptedServer;
beforeEach(async () => {
  upstream = await startScriptedServer();
});
afterEach(() => upstream.close());

describe('choosing a model', () => {
  it('takes the first listed model that the server serves', async () => {
    upstream.on('/models', models('gpt-4.1-mini', 'gpt-6-luna', 'whisper-1', 'tts-1'));
    const { catalogue } = accessTo(upstream.baseUrl);
    expect(catalogue.currentModel('chat')).toBe('gpt-4o');
    await catalogue.refresh();
    expect(catalogue.currentModel('chat')).toBe('gpt-4.1-mini');
    expect(catalogue.currentModel('speak')).toBe('tts-1');
    expect(upstream.to('/models')).toHaveLength(1);
  });

  it('tells which model takes over, once', async () => {
    upstream.on('/models', models('gpt-4.1-mini', 'gpt-transcribe', 'gpt-realtime', 'gpt-live-transcribe', 'tts-1-hd'));
    const { catalogue, log } = accessTo(upstream.baseUrl);
    await catalogue.refresh();
    await catalogue.refresh();
    const takesOver = (capability: string, model: string, ...instead: string[]) => ({
      level: 'warn',
      details: { capability, model, instead },
      message: expect.stringContaining('takes over'),
    });
    expect(log.lines).toEqual([
      takesOver('chat', 'gpt-4.1-mini', 'gpt-4o'),
      takesOver('evaluate', 'gpt-4.1-mini', 'gpt-4o'),
      takesOver('transcribe', 'gpt-transcribe', 'whisper-1', 'gpt-4o-transcribe'),
    ]);
  });

  it('asks each server once, with its own key', async () => {
    const other = await startScriptedServer();
    try {
      for (const server of [upstream, other]) server.on('/models', models('gpt-4o'));
      const { servers, log } = accessTo(upstream.baseUrl);
      const split = { ...servers, evaluate: { models: ['a'], baseUrl: other.baseUrl, apiKey: 'fw-key' } };
      await createModelCatalogue({ servers: split, clients: createOpenAiClients(split), log }).refresh();
      expect(upstream.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer sk-test-key']);
      expect(other.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer fw-key']);
    } finally {
      await other.close();
    }
  });

  it('leaves a model on its shutdown date, and warns within 60 days of it', async () => {
    const dated = { id: 'gpt-4o', shutdown_date: '2027-01-14' };
    upstream.on('/models', models(dated, 'gpt-6-luna', 'whisper-1', 'tts-1-hd', 'gpt-realtime-2.1'));
    const on = async (date: string) => {
      const { catalogue } = accessTo(
        upstream.baseUrl,
        { chat: ['gpt-4o', 'gpt-6-luna'], evaluate: ['gpt-4o'] },
        Date.parse(date),
      );
      await catalogue.refresh();
      return catalogue;
    };
    expect((await on('2026-11-14')).status().chat).toMatchObject({ model: 'gpt-4o', shutdownDate: '2027-01-14' });
    expect((await on('2026-11-14')).warnings()).toEqual([]);
    expect((await on('2026-11-15')).warnings()).toEqual([
      'chat: gpt-4o is shut down on 2027-01-14, in 60 days; gpt-6-luna follows.',
      'evaluate: gpt-4o is shut down on 2027-01-14, in 60 days; nothing in EVALUATE_MODELS outlives it: add a newer model there.',
    ]);
    expect((await on('2027-01-13T23:59:59Z')).currentModel('chat')).toBe('gpt-4o');
    expect((await on('2027-01-14T00:00:00Z')).currentModel('chat')).toBe('gpt-6-luna');
    // Nothing else is listed: the date may have moved, so it is tried all the same.
    expect((await on('2027-01-15')).currentModel('evaluate')).toBe('gpt-4o');
  });

  it('uses the known dates for OpenAI, but not for a server that lists the model as its own', async () => {
    upstream.on('/models', models('whisper-1'));
    const local = accessTo(upstream.baseUrl, {}, Date.parse('2027-03-01'));
    await local.catalogue.refresh();
    expect(local.catalogue.currentModel('transcribe')).toBe('whisper-1');
    const openAi = accessTo('https://api.openai.com/v1', {}, Date.parse('2027-03-01'));
    expect(openAi.catalogue.currentModel('transcribe')).toBe('gpt-transcribe');
    expect(
      accessTo('https://api.openai.com/v1', {}, Date.parse('2027-02-25')).catalogue.currentModel('transcribe'),
    ).toBe('whisper-1');
  });

  it.each([
    ['an error', failure(500, { message: 'boom' }), true],
    ['no such endpoint', failure(404, { message: 'Not Found' }), true],
    ['something else', json({ hello: 'there' }), true],
    ['HTML', (response: import('node:http').ServerResponse) => response.end('<html>'), true],
    ['nothing', silence, false],
  ])('starts with the first preference when the list is %s', async (_name, step, reachable) => {
    upstream.on('/models', step);
    const { catalogue, log } = accessTo(upstream.baseUrl);
    await catalogue.refresh();
    expect(catalogue.status().chat).toMatchObject({ model: 'gpt-4o', reachable, host: new URL(upstream.baseUrl).host });
    expect(catalogue.status().chat.warning).toContain('not known');
    expect(log.lines).toHaveLength(1);
    expect(JSON.stringify([catalogue.status(), catalogue.warnings(), log.lines])).not.toContain('sk-test-key');
  });

  it('keeps the last list it could read', async () => {
    upstream.on('/models', models('gpt-6-luna'), failure(503, { message: 'down' }));
    const { catalogue } = accessTo(upstream.baseUrl);
    await catalogue.refresh();
    await catalogue.refresh();
    expect(catalogue.status().chat).toMatchObject({ model: 'gpt-6-luna', reachable: true });
  });
});

describe('withFallback', () => {
  const ask = (access: ReturnType<typeof accessTo>) =>
    access.catalogue.withFallback('chat', undefined, async (model) => {
      await access.clients.chat.chat.completions.create({ model, messages: [] });
      return model;
    });

  it('moves to the next model, remembers it until the next refresh, and says so', async () => {
    upstream.on('/models', models('gpt-4o', 'gpt-4.1-mini'));
    upstream.on('/chat/completions', modelNotFound, json({}));
    const access = accessTo(upstream.baseUrl);
    await access.catalogue.refresh();
    expect(await ask(access)).toBe('gpt-4.1-mini');
    expect(await ask(access)).toBe('gpt-4.1-mini');
    expect(upstream.to('/chat/completions')).toHaveLength(3);
    // Both capabilities use the same server and key, so what one learns the other knows.
    expect(access.catalogue.currentModel('evaluate')).toBe('gpt-4.1-mini');
    expect(access.log.lines).toMatchObject([{ level: 'warn', details: { model: 'gpt-4o', next: 'gpt-4.1-mini' } }]);
    await access.catalogue.refresh();
    expect(access.catalogue.currentModel('chat')).toBe('gpt-4o');
  });

  it('names the variable to set when no model is left, and then asks no more', async () => {
    upstream.on('/chat/completions', modelNotFound);
    const access = accessTo(upstream.baseUrl);
    await expect(ask(access)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('CHAT_MODELS'),
    });
    await expect(ask(access)).rejects.toMatchObject({ code: 'unavailable' });
    expect(upstream.received).toHaveLength(3);
    expect(access.catalogue.status().chat.warning).toContain('Set CHAT_MODELS');
  });

  it('leaves other errors alone', async () => {
    upstream.on('/chat/completions', failure(400, { message: 'The model says no', code: 'bad' }));
    await expect(ask(accessTo(upstream.baseUrl))).rejects.toMatchObject({ status: 400 });
    expect(upstream.received).toHaveLength(1);
  });

  it('prefers a model that suits', () => {
    const { catalogue } = accessTo(upstream.baseUrl);
    expect(catalogue.currentModel('speak', (model) => model.startsWith('gpt'))).toBe('gpt-4o-mini-tts');
    expect(catalogue.currentModel('speak', () => false)).toBe('tts-1-hd');
  });
});
