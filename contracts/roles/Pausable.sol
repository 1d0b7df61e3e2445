// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Owned} from "./Owned.sol";

/// A switch that one account, the pauser, turns on and off. Nobody is pauser until one is set.
abstract contract Pausable is Owned {
    bool public paused;
    address private _pauser;

    event Pause();
    event Unpause();
    event PauserChanged(address indexed newAddress);

    modifier whenNotPaused() {
        require(!paused, "Pausable: paused");
        _;
    }

    modifier onlyPauser() {
        require(msg.sender == _pauser, "Pausable: caller is not the pauser");
        _;
    }

    function pauser() external view returns (address) {
        return _pauser;
    }

    function pause() external onlyPauser {
        paused = true;
        emit Pause();
    }

    function unpause() external onlyPauser {
        paused = false;
        emit Unpause();
    }

    function updatePauser(address _newPauser) external onlyOwner {
        _updatePauser(_newPauser);
    }

    function _updatePauser(address newPauser) internal {
        require(newPauser != address(0), "Pausable: new pauser is the zero address");
        _pauser = newPauser;
        emit PauserChanged(newPauser);
    }
}
