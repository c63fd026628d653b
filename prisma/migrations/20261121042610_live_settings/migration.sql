-- AlterEnum
ALTER TYPE "speech_state" ADD VALUE 'unspoken';

-- AlterEnum
ALTER TYPE "audio_kind" ADD VALUE 'filler';

-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "interviewer" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "said_again" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "usage" ADD COLUMN     "turn_id" UUID;

-- CreateIndex
CREATE INDEX "usage_turn_id_idx" ON "usage"("turn_id");

-- AddForeignKey
ALTER TABLE "usage" ADD CONSTRAINT "usage_turn_id_fkey" FOREIGN KEY ("turn_id") REFERENCES "turns"("id") ON DELETE SET NULL ON UPDATE CASCADE;
