// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Owned} from "../roles/Owned.sol";

/// Ownership that passes on in one step, as FiatToken has it. Its event has no indexed fields.
abstract contract Ownable is Owned {
    event OwnershipTransferred(address previousOwner, address newOwner);

    function transferOwnership(address newOwner) external onlyOwner {
        require(newOwner != address(0), "Ownable: new owner is the zero address");
        emit OwnershipTransferred(owner(), newOwner);
        _setOwner(newOwner);
    }
}
