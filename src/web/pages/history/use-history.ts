import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useViva } from '../../session/session-context.tsx';

const pageSize = 100;
/** Beyond this the oldest are left for `Show more` to fetch. */
const fetchedUnasked = 500;

/** Every past session, page by page, so that filters and charts see all of them. */
export function useHistory() {
  const viva = useViva();
  const query = useInfiniteQuery({
    queryKey: ['history'],
    queryFn: ({ pageParam }) =>
      viva.sessions.history.query({ limit: pageSize, ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    staleTime: 0,
  });
  const sessions = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const { hasNextPage, isFetching, fetchNextPage } = query;
  const more = hasNextPage && !isFetching && sessions.length < fetchedUnasked;
  useEffect(() => {
    if (more) void fetchNextPage();
  }, [more, fetchNextPage]);
  return { query, sessions, total: query.data?.pages[0]?.totalSessions ?? 0 };
}
