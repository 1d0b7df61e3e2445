// What tests ask of a picture.

import { expect } from "vitest";
import { elementsNamed, type XmlElement } from "./readXml.ts";

/** The tips of its points, in their order. */
export function tipsOf(svg: XmlElement): string[] {
  return elementsNamed("title", svg).map(({ text }) => text);
}

/** All points lie inside of it. */
export function expectWithin(svg: XmlElement): void {
  const [width, height] = [Number(svg.attributes["width"]), Number(svg.attributes["height"])];
  for (const { attributes } of elementsNamed("circle", svg)) {
    expect(Number(attributes["cx"])).toBeGreaterThan(0);
    expect(Number(attributes["cx"])).toBeLessThan(width);
    expect(Number(attributes["cy"])).toBeGreaterThan(0);
    expect(Number(attributes["cy"])).toBeLessThan(height);
  }
}
