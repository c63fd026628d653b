import { asDomainError, DomainError } from '../../errors.ts';

export const takenOver = () =>
  new DomainError('conflict', 'This recording goes on elsewhere, or has been submitted. Resume it to have it here.');
export const alreadyFinished = () =>
  new DomainError('conflict', 'This recording is finished and takes no more sound. Start another one.');
export const restarting = () =>
  new DomainError('unavailable', 'The server is restarting. The recording is safe: resume it in a moment.');
export const tooFast = () =>
  new DomainError('rate_limited', 'The sound comes faster than it is stored. Resume from the acknowledged byte.');

export function cannotWrite(error: unknown): DomainError {
  const { code } = asDomainError(error);
  const message =
    'The server cannot store more of the recording just now. What was acknowledged is safe: resume it later.';
  return new DomainError(code, message, { cause: error });
}

export function wordsStopped(error: DomainError): DomainError {
  const message = `The live words stopped: ${error.message} The recording goes on, and is transcribed when it is finished.`;
  return new DomainError(error.code, message, { cause: error });
}
