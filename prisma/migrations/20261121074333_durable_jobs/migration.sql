-- DropIndex
DROP INDEX "sessions_evaluation_state_evaluation_lease_until_idx";

-- DropIndex
DROP INDEX "answers_transcript_state_lease_until_idx";

-- AlterTable
ALTER TABLE "sessions" DROP COLUMN "evaluation_lease_until";

-- AlterTable
ALTER TABLE "answers" DROP COLUMN "lease_until",
ADD COLUMN     "extraction" JSONB;

-- CreateIndex
CREATE INDEX "sessions_evaluation_state_idx" ON "sessions"("evaluation_state");

-- CreateIndex
CREATE INDEX "answers_transcript_state_idx" ON "answers"("transcript_state");
