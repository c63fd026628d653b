-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "follows_session_id" UUID;

-- CreateIndex
CREATE INDEX "sessions_follows_session_id_idx" ON "sessions"("follows_session_id");

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_follows_session_id_fkey" FOREIGN KEY ("follows_session_id") REFERENCES "sessions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Live interviews from before there was a mode: nobody asked for their questions to be spoken.
UPDATE "sessions" SET "mode" = 'live' WHERE EXISTS (SELECT 1 FROM "questions" q WHERE q."session_id" = "sessions"."id")
  AND NOT EXISTS (SELECT 1 FROM "questions" q WHERE q."session_id" = "sessions"."id" AND q."speech_state" <> 'unspoken');
