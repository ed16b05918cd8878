/** The panels of the metrics catalogue. */

import { PANELS } from '../../src/panels/panels.ts';
import { PanelCard } from './panel-card.tsx';

export function DashboardPage() {
  return (
    <main class="page">
      <h1 class="unseen">Dashboard</h1>
      <div class="panels" tabIndex={0} role="region" aria-label="Dashboard">
        {PANELS.map((panel) => (
          <PanelCard key={panel.id} panel={panel} />
        ))}
      </div>
    </main>
  );
}
