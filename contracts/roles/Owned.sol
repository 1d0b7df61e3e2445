// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// One owner. How ownership passes on is the business of the inheriting contract.
abstract contract Owned {
    address private _owner;

    modifier onlyOwner() {
        require(msg.sender == _owner, "Ownable: caller is not the owner");
        _;
    }

    function owner() public view returns (address) {
        return _owner;
    }

    function _setOwner(address newOwner) internal {
        _owner = newOwner;
    }
}
