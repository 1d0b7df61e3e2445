// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Owned} from "./Owned.sol";

/// Ownership that passes on in two steps: the owner offers, the new owner accepts. The deployer owns at first.
abstract contract Ownable2Step is Owned {
    address private _pendingOwner;

    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    constructor() {
        _transferOwnership(msg.sender);
    }

    function pendingOwner() external view returns (address) {
        return _pendingOwner;
    }

    /// Offers ownership; a later offer replaces an earlier one, the zero address withdraws it.
    function transferOwnership(address newOwner) external onlyOwner {
        _pendingOwner = newOwner;
        emit OwnershipTransferStarted(owner(), newOwner);
    }

    function acceptOwnership() external {
        require(msg.sender == _pendingOwner, "Ownable2Step: caller is not the new owner");
        _transferOwnership(msg.sender);
    }

    function _transferOwnership(address newOwner) internal {
        delete _pendingOwner;
        emit OwnershipTransferred(owner(), newOwner);
        _setOwner(newOwner);
    }
}
