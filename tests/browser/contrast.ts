import type { Page } from "./packages.ts";

/** What runs in the page needs of it; its types would be those of every module, so they stay out. */
interface Drawn {
  readonly parentElement: Drawn;
}
declare const document: { querySelector(selector: string): Drawn };
declare function getComputedStyle(element: Drawn): { color: string; backgroundColor: string };

/** Returns the contrast of the text of an element and its ground (WCAG 2.2, 1.4.3), by the nearest ground that is drawn. */
export const contrastOf = (page: Page, selector: string): Promise<number> =>
  page.evaluate((one) => {
    const element = document.querySelector(one);
    const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (colour: string) => {
      const [red = 0, green = 0, blue = 0] = channels(colour).map((channel) => {
        const part = channel / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    let ground = element;
    while (channels(getComputedStyle(ground).backgroundColor)[3] === 0) {
      ground = ground.parentElement;
    }
    const both = [
      luminance(getComputedStyle(element).color),
      luminance(getComputedStyle(ground).backgroundColor),
    ];
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  }, selector);
