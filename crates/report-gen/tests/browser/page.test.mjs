// The HTML report in headless Chromium: what a reader of it gets, and what leaves it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { reports } from './documents.mjs';

const { TOOLS, EVIDENCE, SCREENSHOTS, CHROMIUM = '/usr/bin/chromium' } = process.env;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'report-'));
const pages = reports(TOOLS, EVIDENCE, folder);

let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** Opens a page and hands it to `look` with all that it asked for and said. */
async function opened(url, { width, colorScheme }, look) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  const asked = [];
  const said = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('dialog', (dialog) => { said.push(dialog.message()); return dialog.dismiss(); });
  await page.goto(url);
  try {
    await look(page, asked, said);
  } finally {
    await context.close();
  }
}

/** What axe finds serious or critical. */
async function seriousIssues(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations
    .filter((violation) => ['serious', 'critical'].includes(violation.impact))
    .map((violation) => `${violation.id}: ${violation.nodes.slice(0, 3).map((node) => node.html).join(' ')}`);
}

const unfold = (page) => page.evaluate(() => document.querySelectorAll('details').forEach((part) => { part.open = true; }));

/** How far the page could be scrolled sideways, and the texts of charts that lie on one another or outside. */
const layout = (page) => page.evaluate(() => {
  const root = document.scrollingElement;
  const clashes = [];
  for (const chart of document.querySelectorAll('svg.chart')) {
    const frame = chart.getBoundingClientRect();
    if (frame.width === 0) continue;
    const texts = [...chart.querySelectorAll('text')]
      .map((text) => ({ words: text.textContent, box: text.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0);
    for (const { words, box } of texts) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1) clashes.push(`outside: ${words}`);
    }
    for (const [index, one] of texts.entries()) {
      for (const other of texts.slice(index + 1, index + 40)) {
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        if (across > 1 && down > 4) clashes.push(`${one.words} on ${other.words}`);
      }
    }
  }
  return { sideways: root.scrollWidth - root.clientWidth, clashes: clashes.slice(0, 10) };
});

for (const [name, path] of Object.entries(pages)) {
  for (const width of [390, 1400]) {
    for (const colorScheme of ['light', 'dark']) {
      test(`${name}, ${width} pixels, ${colorScheme}`, async () => {
        const url = pathToFileURL(path).href;
        await opened(url, { width, colorScheme }, async (page, asked, said) => {
          if (SCREENSHOTS) {
            await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}-${colorScheme}.png`), fullPage: name !== 'hundred' });
          }
          if (name !== 'hundred') await unfold(page);
          const { sideways, clashes } = await layout(page);
          assert.equal(sideways, 0, 'the page can be scrolled sideways');
          if (name !== 'hostile') assert.deepEqual(clashes, []);
          assert.deepEqual(await seriousIssues(page), []);
          assert.deepEqual(asked.filter((one) => !one.startsWith(url) && !one.startsWith('data:')), []);
          assert.deepEqual(said, []);
        });
      });
    }
  }
}

test('an ordinary report is smaller than 300 KB', () => {
  assert.ok(statSync(pages.real).size < 300_000, `${statSync(pages.real).size} bytes`);
});

test('under a policy that forbids everything the page is still read and its charts are still drawn', async () => {
  const server = createServer((request, answer) => {
    answer.setHeader('Content-Security-Policy', "default-src 'none'");
    answer.setHeader('Content-Type', 'text/html');
    answer.end(readFileSync(pages.failed));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${server.address().port}/`;
    await opened(url, { width: 1400, colorScheme: 'dark' }, async (page) => {
      if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, 'policy.png'), fullPage: true });
      assert.match(await page.textContent('h1'), /FAILED/);
      const charts = await page.evaluate(() => [...document.querySelectorAll('section > figure svg.chart')]
        .map((chart) => chart.getBoundingClientRect())
        .map(({ width, height }) => width > 300 && height > 100));
      assert.ok(charts.length > 0 && charts.every(Boolean), JSON.stringify(charts));
    });
  } finally {
    server.close();
  }
});
