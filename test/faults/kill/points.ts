import type { RecordedCall } from '../../support/scripted-upstream.ts';
import { deleting, evaluating, hearingQuestions, recordingAnswers, type Scenario } from './scenarios.ts';
import { talking } from './talking.ts';
import { called, file, row, type SetTrap, uploading } from './traps.ts';

/** A place at which the server is killed, and what brings it there. */
export interface Point {
  name: string;
  trap: SetTrap;
  scenario: Scenario;
}

const to =
  (endpoint: RecordedCall['endpoint']) =>
  (call: RecordedCall): boolean =>
    call.endpoint === endpoint;
const asking =
  (schemaName: string) =>
  (call: RecordedCall): boolean =>
    call.schemaName === schemaName;

/** Names stay the same: counts are kept by them. */
const points = (area: string, scenario: Scenario, traps: Record<string, SetTrap>): Point[] =>
  Object.entries(traps).map(([place, trap]) => ({ name: `${area}: ${place}`, scenario, trap }));

const changed = (table: string, column: string, value: string) => ({
  table,
  on: 'update' as const,
  when: `new.${column} = '${value}' and old.${column} <> '${value}'`,
});
const job = (kind: string, state: string) => ({
  ...changed('pgboss.job', 'state', state),
  when: `new.name = '${kind}' and new.state = '${state}' and old.state <> '${state}'`,
});
const inserted = (table: string, when = 'true') => ({ table, on: 'insert' as const, when });

export const pointsOfInterviews: Point[] = [
  ...points('upload', recordingAnswers, {
    'in the middle of the body': uploading('anywhere'),
    'after the last byte': uploading('sent'),
    'the answer is sent': uploading('answered'),
    'a staged file appears': file('tmp', 'appears'),
    'the staged file grows': file('tmp', 'grows'),
    'the file is where it stays': file('answers', 'appears'),
    'the row of the file is written': row(inserted('audio_files'), 'held'),
    'the answer is written': row(inserted('answers'), 'held'),
    'the answer is committed': row(inserted('answers'), 'committed'),
    'its job is written': row(inserted('pgboss.job', `new.name = 'transcribe'`), 'held'),
    'its idempotency key is claimed': row(inserted('idempotency_keys'), 'committed'),
    'its idempotency key is answered': row(
      { table: 'idempotency_keys', on: 'update', when: 'new.status is not null' },
      'held',
    ),
    'a take is chosen': row({ table: 'questions', on: 'update', when: 'new.chosen_answer_id is not null' }, 'held'),
  }),
  ...points('transcription', recordingAnswers, {
    'the job is taken': row(job('transcribe', 'active'), 'committed'),
    'the vendor is asked': called(to('transcriptions'), 'arrived'),
    'the vendor begins to answer': called(to('transcriptions'), 'first piece'),
    'the vendor has answered': called(to('transcriptions'), 'last piece'),
    'the words are written': row(changed('answers', 'transcript_state', 'done'), 'held'),
    'the words are committed': row(changed('answers', 'transcript_state', 'done'), 'committed'),
    'the job is completed': row(job('transcribe', 'completed'), 'held'),
  }),
  ...points('synthesis', hearingQuestions, {
    'questions are asked for': called(asking('interview_questions'), 'arrived'),
    'the session is written': row(inserted('sessions'), 'held'),
    'the session is committed': row(inserted('sessions'), 'committed'),
    'the vendor is asked': called(to('speech'), 'arrived'),
    'the vendor begins to speak': called(to('speech'), 'first piece'),
    'the vendor has spoken': called(to('speech'), 'last piece'),
    'the file is where it stays': file('questions', 'appears'),
    'the row of the file is written': row(inserted('audio_files', `new.kind = 'question'`), 'held'),
    'the question becomes ready': row(changed('questions', 'speech_state', 'ready'), 'held'),
    'the job is completed': row(job('speak', 'completed'), 'held'),
  }),
  ...points('turn', talking('voice'), {
    'the recording is sent': uploading('anywhere'),
    'its row is committed': row(inserted('turns'), 'committed'),
    'the vendor hears': called(to('transcriptions'), 'arrived'),
    'the vendor has heard': called(to('transcriptions'), 'last piece'),
    'the recording is committed': row(inserted('audio_files', `new.kind = 'answer'`), 'committed'),
    'the words are written': row(inserted('messages', `new.role = 'candidate'`), 'held'),
    'a reply is asked for': called(asking('text'), 'arrived'),
    'the first token comes': called(asking('text'), 'first piece'),
    'the last token comes': called(asking('text'), 'last piece'),
    'the reply is spoken': called(to('speech'), 'arrived'),
  }),
  ...points('turn', talking('text'), {
    'the reply begins to sound': called(to('speech'), 'first piece'),
    'the file of the reply appears': file('replies', 'appears'),
    'the file of the reply grows': file('replies', 'grows'),
    'the reply is written': row(inserted('messages', `new.role = 'interviewer'`), 'held'),
    'the reply is committed': row(inserted('messages', `new.role = 'interviewer'`), 'committed'),
    'events are written': row(inserted('turn_events', `new.event->>'type' = 'reply-end'`), 'held'),
    'its end is written': row(inserted('turn_events', `new.event->>'type' = 'turn-ended'`), 'held'),
    'its row is closed': row(changed('turns', 'state', 'ended'), 'held'),
    'its row is closed and committed': row(changed('turns', 'state', 'ended'), 'committed'),
  }),
  ...points('evaluation', evaluating, {
    'it is begun': row(changed('sessions', 'evaluation_state', 'running'), 'committed'),
    'the job is taken': row(job('evaluate', 'active'), 'committed'),
    'quotes are asked for': called(asking('answer_extraction'), 'arrived'),
    'quotes are kept': row({ table: 'answers', on: 'update', when: 'new.extraction is not null' }, 'held'),
    'words are asked for': called(asking('answer_narrative'), 'arrived'),
    'words of the second answer are asked for': called(asking('answer_narrative'), 'arrived', 2),
    'words have come': called(asking('answer_narrative'), 'last piece'),
    'a judgement is written': row(inserted('evaluations'), 'held'),
    'a judgement is committed': row(inserted('evaluations'), 'committed'),
    'usage is booked': row(inserted('usage', `new.capability = 'evaluate'`), 'committed'),
    'it is settled': row(changed('sessions', 'evaluation_state', 'complete'), 'held'),
    'the job is completed': row(job('evaluate', 'completed'), 'held'),
  }),
  ...points('deletion', deleting, {
    'the session is closed': row(changed('sessions', 'state', 'ended'), 'committed'),
    'rows are deleted': row({ table: 'sessions', on: 'delete' }, 'held'),
    'rows are gone': row({ table: 'sessions', on: 'delete' }, 'committed'),
    'the row of its sound is deleted': row({ table: 'audio_files', on: 'delete' }, 'held'),
    'the sound goes': file('answers', 'goes'),
  }),
];

/** Where nothing is kept (`AUDIO_RETENTION_DAYS=0`). */
export const pointsOfSweeping: Point[] = [
  ...points('sweep', recordingAnswers, {
    'the sound of an answer goes': file('answers', 'goes'),
    'it is booked to be gone': row({ table: 'audio_files', on: 'update', when: 'new.gone_at is not null' }, 'held'),
    'it is gone': row({ table: 'audio_files', on: 'update', when: 'new.gone_at is not null' }, 'committed'),
  }),
  ...points('sweep', talking('voice'), {
    'the words are known': row(inserted('messages', `new.role = 'candidate'`), 'committed'),
    'a turn is over': row(changed('turns', 'state', 'ended'), 'committed'),
  }),
];
