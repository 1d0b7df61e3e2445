// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Owned} from "./Owned.sol";

/// A contract that is given its roles and settings in one call after deployment: once, and by its deployer.
abstract contract Initializable is Owned {
    uint64 public initializedVersion;

    event Initialized(uint64 version);

    modifier initializer() {
        require(initializedVersion == 0, "Initializable: invalid initialization");
        require(msg.sender == owner(), "Ownable: caller is not the owner");
        initializedVersion = 1;
        _;
        emit Initialized(1);
    }
}
