/** IndexedDB with promises, as far as recordings need it. */

export const recordingsName = 'recordings';
export const chunksName = 'chunks';
/** What was said in conversations. */
export const utterancesName = 'utterances';

/** Rejects where the browser forbids storage, as some private windows do. */
export function openDatabase(): Promise<IDBDatabase> {
  const { promise, resolve, reject } = Promise.withResolvers<IDBDatabase>();
  const request = indexedDB.open('viva', 2);
  request.onupgradeneeded = ({ oldVersion }) => {
    if (oldVersion < 1) {
      request.result.createObjectStore(recordingsName, { keyPath: 'id' });
      // By recording and number, so that a range of keys is one recording in its order.
      request.result.createObjectStore(chunksName);
    }
    request.result.createObjectStore(utterancesName, { keyPath: 'id' });
  };
  request.onsuccess = () => {
    // A newer version of the page in another tab need not wait for this one.
    request.result.onversionchange = () => request.result.close();
    resolve(request.result);
  };
  request.onerror = () => reject(request.error);
  request.onblocked = () => reject(new Error('Another tab holds an older version of the recordings.'));
  return promise;
}

/** The answer of a read. */
export function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
  return promise;
}

/** Resolves once what a transaction wrote is on the disk, not merely queued. */
export function completed(transaction: IDBTransaction): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  transaction.oncomplete = () => resolve();
  transaction.onabort = () => reject(transaction.error);
  return promise;
}

export const writing = (database: IDBDatabase): IDBTransaction =>
  database.transaction([recordingsName, chunksName], 'readwrite', { durability: 'strict' });

/** Every chunk of one recording: an empty array sorts behind every number (Indexed Database, 2.4). */
export const chunksOf = (recordingId: string): IDBKeyRange => IDBKeyRange.bound([recordingId], [recordingId, []]);
