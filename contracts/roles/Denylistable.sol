// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Ownable2Step} from "./Ownable2Step.sol";

/// Accounts that may not call: neither themselves nor as the origin of a transaction.
abstract contract Denylistable is Ownable2Step {
    address public denylister;
    mapping(address => bool) private _denied;

    event DenylisterChanged(address indexed oldDenylister, address indexed newDenylister);
    event Denylisted(address indexed account);
    event UnDenylisted(address indexed account);

    modifier onlyDenylister() {
        require(msg.sender == denylister, "Denylistable: caller is not denylister");
        _;
    }

    modifier notDenylistedCallers() {
        _requireNotDenylisted(msg.sender);
        if (tx.origin != msg.sender) _requireNotDenylisted(tx.origin);
        _;
    }

    function isDenylisted(address account) external view returns (bool) {
        return _denied[account];
    }

    function denylist(address account) external onlyDenylister {
        _denied[account] = true;
        emit Denylisted(account);
    }

    function unDenylist(address account) external onlyDenylister {
        _denied[account] = false;
        emit UnDenylisted(account);
    }

    function updateDenylister(address newDenylister) external onlyOwner {
        _updateDenylister(newDenylister);
    }

    function _updateDenylister(address newDenylister) internal {
        require(newDenylister != address(0), "Denylistable: new denylister is the zero address");
        emit DenylisterChanged(denylister, newDenylister);
        denylister = newDenylister;
    }

    function _requireNotDenylisted(address account) private view {
        require(!_denied[account], "Denylistable: account is on denylist");
    }
}
