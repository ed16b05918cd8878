/**
 * Speaks the protocol of Claude Code over stdio, in its place: it answers each prompt with what `ANSWERS` holds for it.
 * `wait` in an answer stands for work that never ends.
 */
import { createInterface } from 'node:readline';

const answers = JSON.parse(process.env.ANSWERS);
const write = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

createInterface({ input: process.stdin }).on('line', (line) => {
  const { type, request_id, request, message } = JSON.parse(line);
  if (type === 'control_request' && request.subtype === 'initialize') {
    const response = { commands: [], models: [], account: {}, output_style: 'default', available_output_styles: [] };
    write({ type: 'control_response', response: { subtype: 'success', request_id, response } });
  }
  if (type !== 'user') return;
  const [{ text } = {}] = message.content;
  for (const [index, given] of (answers[text] ?? []).entries()) {
    if (given === 'wait') return;
    if (given === 'crash') {
      process.exitCode = 3;
      process.stdin.destroy();
      return;
    }
    write({ uuid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`, session_id: 'session-1', ...given });
  }
});
