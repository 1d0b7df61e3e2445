// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

// Levels of finality in V2: a message is attested at a level, and its recipient is called by it.

// From here on a message counts as finalized.
uint32 constant FINALITY_THRESHOLD_FINALIZED = 2000;

// The lowest level at which the TokenMessenger takes a burn.
uint32 constant TOKEN_MESSENGER_MIN_FINALITY_THRESHOLD = 500;
