// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// A hook's target that fails at whatever it is called with.
contract HookTarget {
    fallback() external {
        revert("Hook failure");
    }
}
