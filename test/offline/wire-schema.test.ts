import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';

/** OpenAI's own published schema: every body and every event of the stand-in must fit it. */
const reference = new URL('../../../shared/reference/openai-openapi-subset.json', import.meta.url);

/** `nullable` is OpenAPI 3.0: spelled out, because JSON Schema does not know it beside `$ref` or `enum`. */
function spellOutNullable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spellOutNullable);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, spellOutNullable(item)]),
  );
  return nullable === true ? { anyOf: [rest, { type: 'null' }] } : { ...rest };
}

describe.skipIf(!existsSync(reference))('the wire format, checked against OpenAI’s schema', () => {
  let upstream: ScriptedUpstream;
  let check: (schema: string, value: unknown) => void;

  beforeAll(async () => {
    upstream = await startScriptedUpstream();
    upstream.announceShutdown('whisper-1', '2027-02-26');
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'openai', ...Object(spellOutNullable(JSON.parse(readFileSync(reference, 'utf8')))) });
    check = (schema, value) => {
      const validate = ajv.getSchema(`openai#/components/schemas/${schema}`) ?? expect.fail(`no schema ${schema}`);
      validate(value);
      expect(validate.errors ?? [], JSON.stringify(value)).toEqual([]);
    };
  });
  afterAll(() => upstream.close());

  const headers = () => ({ authorization: `Bearer ${upstream.apiKey}` });
  const post = (path: string, body: unknown) =>
    fetch(`${upstream.url}${path}`, {
      method: 'POST',
      headers: { ...headers(), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const events = async (response: Response): Promise<unknown[]> =>
    (await response.text())
      .split('\n\n')
      .filter((event) => event && event !== 'data: [DONE]')
      .map((event) => JSON.parse(event.replace(/^data: /, '')));
  const transcribe = async (fields: [string, string][]) => {
    const speech = await post('/audio/speech', { model: 'tts-1', voice: 'ash', input: 'One two. Three four.' });
    const form = new FormData();
    for (const [name, value] of fields) form.append(name, value);
    form.append('file', await speech.blob(), 'a.mp3');
    return fetch(`${upstream.url}/audio/transcriptions`, { method: 'POST', headers: headers(), body: form });
  };
  const messages = [{ role: 'user', content: 'I built a warehouse system in Rust.' }];
  const questions = { job_description: 'Chef', cv_text: null, question_count: 2, difficulty: 'hard', language: 'es' };

  it('can fail', () => {
    expect(() => check('Model', { id: 1 })).toThrow();
    expect(() => check('CreateChatCompletionStreamResponse', { id: 'x' })).toThrow();
  });

  it('models', async () => {
    check('ListModelsResponse', await (await fetch(`${upstream.url}/models`, { headers: headers() })).json());
    check('Model', await (await fetch(`${upstream.url}/models/whisper-1`, { headers: headers() })).json());
  });

  it.each([
    { model: 'gpt-4o', messages },
    {
      model: 'gpt-4o',
      messages: [{ role: 'user', content: `<data>\n${JSON.stringify(questions)}\n</data>` }],
      response_format: { type: 'json_schema', json_schema: { name: 'interview_questions', schema: {}, strict: true } },
    },
  ])('a chat completion, whole and streamed %#', async (request) => {
    check('CreateChatCompletionRequest', request);
    check('CreateChatCompletionResponse', await (await post('/chat/completions', request)).json());
    const streamed = { ...request, stream: true, stream_options: { include_usage: true } };
    const chunks = await events(await post('/chat/completions', streamed));
    expect(chunks.length).toBeGreaterThan(4);
    for (const chunk of chunks) check('CreateChatCompletionStreamResponse', chunk);
  });

  it('a refusal', async () => {
    upstream.failNext('chat', 'refusal');
    check(
      'CreateChatCompletionResponse',
      await (await post('/chat/completions', { model: 'gpt-4o', messages })).json(),
    );
  });

  it.each<{ schema: string; fields: [string, string][] }>([
    { schema: 'CreateTranscriptionResponseJson', fields: [['model', 'whisper-1']] },
    { schema: 'CreateTranscriptionResponseJson', fields: [['model', 'gpt-transcribe']] },
    {
      schema: 'CreateTranscriptionResponseJson',
      fields: [
        ['model', 'gpt-4o-transcribe'],
        ['include[]', 'logprobs'],
      ],
    },
    {
      schema: 'CreateTranscriptionResponseVerboseJson',
      fields: [
        ['model', 'whisper-1'],
        ['response_format', 'verbose_json'],
        ['timestamp_granularities[]', 'word'],
        ['timestamp_granularities[]', 'segment'],
      ],
    },
  ])('a transcription $fields', async ({ schema, fields }) => {
    check(schema, await (await transcribe(fields)).json());
  });

  it('transcription events', async () => {
    const sent = await events(
      await transcribe([
        ['model', 'gpt-4o-transcribe'],
        ['stream', 'true'],
        ['include[]', 'logprobs'],
      ]),
    );
    for (const event of sent.slice(0, -1)) check('TranscriptTextDeltaEvent', event);
    check('TranscriptTextDoneEvent', sent.at(-1));
  });

  it('errors', async () => {
    const answers = [
      await fetch(`${upstream.url}/models`),
      await post('/nowhere', {}),
      await post('/chat/completions', {}),
    ];
    answers.push(await post('/chat/completions', { model: 'gpt-0', messages }));
    answers.push(
      await fetch(`${upstream.url}/chat/completions`, {
        method: 'POST',
        headers: { ...headers(), 'content-type': 'application/json' },
        body: '{',
      }),
    );
    upstream.failNext('chat', { status: 429, retryAfterS: 1 });
    answers.push(await post('/chat/completions', { model: 'gpt-4o', messages }));
    expect(answers.map(({ status }) => status)).toEqual([401, 404, 400, 404, 400, 429]);
    for (const answer of answers) check('ErrorResponse', await answer.json());
  });
});
