// Random sequences over both versions of CCTP and orders: a run is told by its seed alone.

import { Random } from "../../x/orders/testing/simulation.ts";
import { adminMove } from "./adminMoves.ts";
import { burnMove, replaceMove, sendMove } from "./burnMoves.ts";
import { CrossChainWorld } from "./crossChainWorld.ts";
import { deliverMove } from "./deliveryMoves.ts";
import { orderMove } from "./orderMoves.ts";
import { Scene } from "./scene.ts";

/** Moves, and how often of a hundred each is made. */
const MOVES: readonly (readonly [share: number, move: (scene: Scene) => void])[] = [
  [14, burnMove],
  [2, sendMove],
  [4, replaceMove],
  [36, deliverMove],
  [28, orderMove],
  [16, adminMove],
];

/** A world that lives by itself. */
export class CrossChainSimulation {
  readonly #scene: Scene;

  constructor(seed: number, options: { readonly isByAgent: boolean } = { isByAgent: false }) {
    this.#scene = new Scene(new CrossChainWorld(options), new Random(seed));
  }

  get world(): CrossChainWorld {
    return this.#scene.world;
  }

  /** One block of so many random moves. Gives what differs from the books, and what invariants are broken. */
  block(moves: number): readonly string[] {
    for (let index = 0; index < moves; index += 1) this.#move();
    return this.world.runBlock();
  }

  #move(): void {
    let roll = this.#scene.random.below(100);
    for (const [share, move] of MOVES) {
      if (roll < share) {
        move(this.#scene);
        return;
      }
      roll -= share;
    }
  }
}
